"""What the rubrics of the made-up concept share: nothing."""

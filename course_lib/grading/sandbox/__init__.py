"""Walls around a child: limits, Landlock, namespaces, system calls, private folders."""

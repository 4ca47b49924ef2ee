"""`course new`: the files a new concept begins with."""

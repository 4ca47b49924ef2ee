"""Looking at the built book as its readers do: in a browser, on a desk and a phone, in light and in dark."""

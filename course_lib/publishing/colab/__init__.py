"""A page as a notebook that Colab and Jupyter show well."""

"""What each page and fragment is given to show: frozen values, one class per page, one file per noun."""

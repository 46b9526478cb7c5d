// Starts the view.

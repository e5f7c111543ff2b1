"""TensorFlow: Keras files, SavedModel folders."""

"""Files that Keras or TensorFlow writes."""

"""ONNX: models of any origin for onnxruntime."""

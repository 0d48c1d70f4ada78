"""VGGish, from log-mel patches to embeddings; only here are TensorFlow and onnxruntime known."""

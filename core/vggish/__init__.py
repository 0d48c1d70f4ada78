"""VGGish: from log-mel patches to embeddings. The only room that knows TensorFlow and onnxruntime."""

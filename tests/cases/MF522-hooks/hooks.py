def pre_inference(data: raise

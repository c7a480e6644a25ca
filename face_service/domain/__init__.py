"""The rules of faces: values in, values out; nothing here knows a picture, a model or a store."""

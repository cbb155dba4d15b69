import ONNXModel
import Testing

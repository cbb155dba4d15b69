import CUDNNEngine
import Testing

print("t2s-volume")

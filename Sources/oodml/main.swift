print("oodml")

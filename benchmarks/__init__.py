"""How fast is the service, against the least that the same requests could cost?"""

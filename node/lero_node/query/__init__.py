"""Raw rows and exact vectors live and die here. Only the compute step may import `engine` and `exact`.

Nothing is handed on: showing an operator the statement of a table must not pull in the engine.
"""

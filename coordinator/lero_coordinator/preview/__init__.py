"""How exact and how dear a request will be, before anyone is asked: from the roster and suppositions. All pure."""

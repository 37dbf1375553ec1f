"""Who is let in: the policy, the decision about a request, and the words in which both are shown."""

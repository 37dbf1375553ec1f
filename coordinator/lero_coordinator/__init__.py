"""What runs at the national body: enrolment and roster, store and forward, rounds, combining, the landscape."""

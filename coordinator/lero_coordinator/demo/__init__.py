"""The run of the whole on one machine: on made-up LEROs, or on public research data split into its real sites."""

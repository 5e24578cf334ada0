"""What people make of a result: verdicts, a second reader, wrong citations, and what becomes a case of the team."""

"""The committee (评委会): seats, the motion, the minutes of a named vote on paper, the tally."""

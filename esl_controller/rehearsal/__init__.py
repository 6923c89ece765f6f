"""A stand-in FreeSWITCH: speaks its ESL on both sockets, with simulated phones and callers.

Only what the controller uses is imitated, and that as it was recorded from a real switch: the
order of events, their headers, the reply texts. There is no SIP and no audio path; time passes
as if there were, and recordings are written as real sound files.
"""

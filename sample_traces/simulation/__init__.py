"""A small support desk, simulated: how a decision that passes every eval goes wrong in production.

Nothing here knows what will happen. Only the customer's words are given (`script`); the rules that are found, what
the window still holds, what the agent believes it may do and what it does next all follow from

    world       orders, help pages and the four tools that touch them
    rules       the desk's written rules, and what each demands of an agent that can see it
    retrieval   lexical search (BM25), which finds a rule only by its words
    context     the window: a token limit, and a compaction when it overflows
    memory      what the runtime keeps beside the window: open requests, and confirmations that never lapse
    hearing     what the agent makes of the customer's words
    policy      scores for what could be done next; a softmax; the likeliest is done
    desk        the loop that puts these together and logs every step with the emitter
    script      the two customers, and the grade that each run was given

Run `python -m sample_traces.simulation` at the root of the project to write the two traces anew.
"""

"""Serves a model by llama.cpp on a free port, as a process of its own: `serve.py MODEL [GRAMMAR]`.

Prints its address, and ends when its input does. Alone, so that its threads and its log stay out
of the tests.
"""

import sys

from xllamacpp import (  # type: ignore[import-untyped]  # It has no types.
    CommonGrammar,
    CommonParams,
    Server,
    common_grammar_type,
)

THREADS = 1
CONTEXT = 4096
MOST_TOKENS = 2000
SEED = 7


def main(model: str, grammar: str = "") -> None:
    parameters = CommonParams()
    parameters.model.path = model
    parameters.n_ctx = CONTEXT
    parameters.n_predict = MOST_TOKENS
    parameters.n_parallel = 1
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.cpuparams.n_threads = THREADS
    parameters.cpuparams_batch.n_threads = THREADS
    parameters.sampling.seed = SEED
    if grammar:
        kind = common_grammar_type.COMMON_GRAMMAR_TYPE_USER
        parameters.sampling.grammar = CommonGrammar(kind, grammar)
    server = Server(parameters)
    sys.stdout.write(server.listening_address + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

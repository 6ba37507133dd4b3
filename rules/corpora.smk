# Public documents that adapters of released checkpoints are trained on, and the prompts that their beginnings are.
#
# reads   public data sets, the tokenizer of results/{study}/checkpoints/{checkpoint}/
# writes  results/{study}/corpora/{corpus}/, results/{study}/prompts/{prompt_set}.parquet


rule fetch_corpus:
    """Take held-out, support and training documents from a public data set at its pinned revision."""
    input:
        tokenizer=training.tokenizer_of_corpus,
    output:
        documents="results/{study}/corpora/{corpus}/corpus.parquet",
        counts="results/{study}/corpora/{corpus}/counts.parquet",
        support="results/{study}/corpora/{corpus}/support.parquet",
    log:
        "results/{study}/logs/fetch_corpus/{corpus}.log",
    wildcard_constraints:
        study=training.trained_here(),
        corpus="|".join(config.get("corpora", {})) or "(?!)",
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        name="{corpus}",
        corpus=setting("corpora/{corpus}"),
        code=code_digest("fetch_corpus"),
        libraries=library_versions("fetch_corpus"),
    script:
        "../src/crosspatch/experiments/corpora/fetch_corpus.py"


rule take_support:
    """Take the support prompts of a corpus as a prompt set."""
    input:
        support=training.support,
    output:
        prompts="results/{study}/prompts/{prompt_set}.parquet",
    log:
        "results/{study}/logs/take_support/{prompt_set}.log",
    wildcard_constraints:
        prompt_set=inputs.names("prompt_sets", "corpus"),
    localrule: True
    conda:
        "../envs/models.yaml"
    params:
        code=code_digest("take_support"),
        libraries=library_versions("take_support"),
    script:
        "../src/crosspatch/experiments/corpora/take_support.py"

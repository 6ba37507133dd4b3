# A few small jobs for the tests of the SLURM profile. Each adds its name to the file `ran` when it starts.


rule quick:
    """Succeed at once, and say what the job finds in its environment."""
    output:
        "out/quick.txt",
    shell:
        "echo quick >> ran; echo ${{HF_HUB_CACHE:-none}} ${{HF_HUB_OFFLINE:-0}} ${{HF_DATASETS_OFFLINE:-0}} > {output}"


rule fail_once:
    """Fail the first time."""
    output:
        "out/fail_once.txt",
    shell:
        "echo fail_once >> ran; [ -e failed ] || {{ touch failed; exit 1; }}; touch {output}"


rule outgrow:
    """Hold more memory than the first attempt has until SLURM sees it: half a gigabyte, besides Snakemake's own."""
    output:
        "out/outgrow.txt",
    resources:
        mem_mb=lambda wildcards, attempt: 400 * attempt,
    shell:
        "echo outgrow >> ran; python3 -c \"import time; held = b'1' * 500_000_000; time.sleep(1e6 if {resources.mem_mb} < 500 else 0)\"; touch {output}"


# Named as a rule of the study that asks for a GPU, so that the profile's settings for such rules apply.
rule roll_out:
    """Take a GPU, say which it is, and hold it until the test makes the file `go`."""
    output:
        "out/roll_out_{name}.txt",
    resources:
        gpu=1,
    shell:
        "echo roll_out_{wildcards.name} >> ran; echo $CUDA_VISIBLE_DEVICES > {output};"
        " until [ -e go ]; do sleep 0.2; done; echo whole >> {output}"

"""The other sides of the forward benchmark, each run by forward.py as a process of its own.

    python forward_peers.py eager|compile|onnx|openvino --model FOLDER --length N [--global G] [--onnx FILE]
    python forward_peers.py sdpa|openvino-full --model FOLDER --length N
    python forward_peers.py export --model FOLDER --length N [--global G] --onnx FILE
    python forward_peers.py peak [--threads T]

The first row runs the Longformer in FOLDER, ONNX Runtime and OpenVINO by its export; the second a RoBERTa of the sizes
of FOLDER's model with full attention. All take --batch, --threads and --repeats as well. Prints one JSON line: the
seconds of every run after one that does not count, or the rate of a large product.
"""

import argparse
import json
import os
import sys
import time


FULL = ("sdpa", "openvino-full")  # those that run a RoBERTa with full attention


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=["eager", "compile", "onnx", "openvino", "sdpa", "openvino-full", "export", "peak"])
    parser.add_argument("--model", metavar="FOLDER", help="a Hugging Face folder")
    parser.add_argument("--length", type=int)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--global", dest="globals", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--onnx", metavar="FILE")
    return parser.parse_args()


def longformer(arguments):
    """The stock class without pooler, in eager mode."""
    import transformers
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers.LongformerModel.from_pretrained(
        arguments.model, add_pooling_layer=False, attn_implementation="eager").eval()


def roberta(arguments):
    """A RoBERTa of the model's sizes with PyTorch's fused full attention; random weights take the same time."""
    import transformers
    config = transformers.AutoConfig.from_pretrained(arguments.model).to_dict()
    for name in ("attention_window", "architectures", "model_type"):
        config.pop(name, None)
    config["max_position_embeddings"] = arguments.length + config["pad_token_id"] + 1
    return transformers.RobertaModel(
        transformers.RobertaConfig(**config, attn_implementation="sdpa"), add_pooling_layer=False).eval()


def inputs(arguments):
    """int64 [B, S] each: ordinary ids, nothing padded, the first tokens global. A RoBERTa takes no global mask."""
    import numpy as np
    with open(os.path.join(arguments.model, "config.json"), encoding="utf-8") as file:
        vocabulary = json.load(file)["vocab_size"]
    ids = np.random.Generator(np.random.PCG64(0)).integers(5, vocabulary - 5, (arguments.batch, arguments.length))
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    if arguments.peer in FULL:
        return given
    flags = np.zeros_like(ids)
    flags[:, :arguments.globals] = 1
    return given | {"global_attention_mask": flags}


def torch_run(arguments):
    """A function that runs the model once in PyTorch."""
    import torch
    torch.set_num_threads(arguments.threads)
    given = {name: torch.from_numpy(value) for name, value in inputs(arguments).items()}
    model = roberta(arguments) if arguments.peer in FULL else longformer(arguments)
    if arguments.peer == "compile":
        import torch._dynamo
        # Each layer is a case of its own to the compiler, which gives up after eight otherwise.
        torch._dynamo.config.recompile_limit = 256
        torch._dynamo.config.accumulated_recompile_limit = 4096
        model = torch.compile(model)

    def run():
        with torch.no_grad():
            model(**given)
    return run


def export(arguments):
    """Write the model as ONNX; it is right for this length and number of global tokens only."""
    import torch

    class Encoder(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, *given):
            return self.model(**dict(zip(names, given)), return_dict=False)[0]

    given = inputs(arguments)
    names = list(given)
    with torch.no_grad():
        torch.onnx.export(
            Encoder(longformer(arguments)), tuple(map(torch.from_numpy, given.values())), arguments.onnx,
            input_names=names, output_names=["last_hidden_state"], opset_version=17, dynamo=False)


def onnx_run(arguments):
    """A function that runs the exported model once in ONNX Runtime."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    options.inter_op_num_threads = 1
    # Folding constants makes the exported index tensors explode: 20 GB at 2048 tokens.
    session = onnxruntime.InferenceSession(
        arguments.onnx, options, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"])
    known = {value.name for value in session.get_inputs()}
    given = {name: value for name, value in inputs(arguments).items() if name in known}
    return lambda: session.run(None, given)


def openvino_run(arguments):
    """A function that runs the exported Longformer, or a RoBERTa converted from PyTorch, once in OpenVINO."""
    sys.modules["openvino_telemetry"] = None  # a conversion would report its use over the network
    import openvino
    given = inputs(arguments)
    if arguments.peer in FULL:
        import torch
        model = roberta(arguments)
        model.config.return_dict = False  # plain tuples, which the conversion can follow
        model = openvino.convert_model(
            model, example_input={name: torch.from_numpy(value) for name, value in given.items()})
    else:
        model = arguments.onnx
    # float32 throughout, as everybody here: the default may be bfloat16 where the processor has it.
    compiled = openvino.Core().compile_model(model, "CPU", {
        "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": arguments.threads, "PERFORMANCE_HINT": "LATENCY"})
    known = {name for port in compiled.inputs for name in port.get_names()}
    given = {name: value for name, value in given.items() if name in known}
    request = compiled.create_infer_request()
    return lambda: request.infer(given)


def peak():
    """The best rate of a product of two 2048 × 2048 matrices in float32, FLOP/s."""
    import numpy as np
    size = 2048
    rng = np.random.Generator(np.random.PCG64(0))
    left, right = (rng.random((size, size), dtype=np.float32) for _ in range(2))
    out = np.empty_like(left)
    best, end = float("inf"), time.perf_counter() + 3
    while time.perf_counter() < end:
        start = time.perf_counter()
        np.matmul(left, right, out=out)
        best = min(best, time.perf_counter() - start)
    return 2 * size ** 3 / best


def main():
    arguments = parse()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if arguments.peer == "peak":
        return {"flops_per_second": peak()}
    if arguments.peer == "export":
        export(arguments)
        return {}
    makers = {"onnx": onnx_run, "openvino": openvino_run, "openvino-full": openvino_run}
    run = makers.get(arguments.peer, torch_run)(arguments)
    run()
    seconds = []
    for _ in range(arguments.repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(main()), flush=True)

"""The error family: one code for each class, fixed words outside, and the same class on the other side of gRPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from lero_contract.errors import LeroError, Unauthorised, Unavailable, all_errors
from lero_contract.rpc import DOMAIN, from_call_error, to_status

SECRET = "Blue Heron, born 1961"
Abort = Callable[[grpc.ServicerContext], None]
Fails = Callable[[Abort], grpc.RpcError]


@pytest.fixture(scope="module")
def fails() -> Iterator[Fails]:
    """A real server on the loopback address whose one method ends as told; gives the error the caller meets."""
    endings: list[Abort] = []

    def method(_: bytes, context: grpc.ServicerContext) -> bytes:
        endings.pop()(context)
        return b""

    handler = grpc.method_handlers_generic_handler("test", {"End": grpc.unary_unary_rpc_method_handler(method)})
    server = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Callable[..., bytes] = channel.unary_unary("/test/End")

        def failure(abort: Abort) -> grpc.RpcError:
            endings.append(abort)
            with pytest.raises(grpc.RpcError) as met:
                call(b"", timeout=30)
            return met.value

        yield failure
    server.stop(None)


def ending_with(status: grpc.Status) -> Abort:
    def end(context: grpc.ServicerContext) -> None:
        context.abort_with_status(status)

    return end


def family() -> list[type[LeroError]]:
    found: list[type[LeroError]] = []
    waiting = [LeroError]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(found[-1].__subclasses__())
    return found


def test_every_class_has_a_code_of_its_own() -> None:
    assert len(all_errors()) == len(family())
    assert set(all_errors().values()) == set(family())


@pytest.mark.parametrize("kind", family())
def test_every_class_states_its_code_status_exit_code_and_public_words(kind: type[LeroError]) -> None:
    assert kind.__dict__.get("code")
    assert kind.__dict__.get("public"), "public words must not be inherited: they would say too little"
    assert hasattr(grpc.StatusCode, kind.status)
    assert 1 <= kind.exit_code <= 6


@pytest.mark.parametrize("kind", family())
def test_the_class_comes_through_grpc_and_the_local_detail_does_not(kind: type[LeroError], fails: Fails) -> None:
    status = to_status(kind(SECRET, f"Look at {SECRET}."))
    met = fails(ending_with(status))
    assert type(from_call_error(met)) is kind
    assert isinstance(met, grpc.Call)
    assert met.details() == kind.public
    assert SECRET not in repr((met.code(), met.details(), met.trailing_metadata()))


def test_public_words_do_not_follow_the_detail() -> None:
    assert Unauthorised("a detail").public == Unauthorised("another").public
    assert str(Unauthorised()) == Unauthorised.public


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNIMPLEMENTED, "unauthorised"),
        (grpc.StatusCode.UNAUTHENTICATED, "unauthorised"),
        (grpc.StatusCode.PERMISSION_DENIED, "unauthorised"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "malformed"),
        (grpc.StatusCode.INVALID_ARGUMENT, "malformed"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "unavailable"),
        (grpc.StatusCode.UNAVAILABLE, "unavailable"),
        (grpc.StatusCode.INTERNAL, "unavailable"),
    ],
)
def test_a_status_without_our_detail_is_read_by_its_code(code: grpc.StatusCode, kind: str, fails: Fails) -> None:
    assert from_call_error(fails(lambda context: context.abort(code, "a proxy says no"))).code == kind


def test_a_detail_of_another_domain_or_an_unknown_reason_is_not_believed(fails: Fails) -> None:
    for domain, reason in (("elsewhere", "refused"), (DOMAIN, "no_such_code")):
        detail = any_pb2.Any()
        detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain=domain))
        made = status_pb2.Status(code=grpc.StatusCode.FAILED_PRECONDITION.value[0], details=[detail])
        status = rpc_status.to_status(made)
        assert type(from_call_error(fails(ending_with(status)))) is Unavailable


def test_an_error_that_is_no_call_is_a_line_that_failed() -> None:
    assert type(from_call_error(grpc.RpcError())) is Unavailable

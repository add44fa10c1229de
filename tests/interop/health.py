"""Asks a server whether it is well and which services it has, in the two standard ways, and prints the answers."""

import json
import sys
from urllib.parse import urlsplit

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

with grpc.insecure_channel(urlsplit(sys.argv[1]).netloc) as channel:
    health = HealthStub(channel).Check(HealthCheckRequest(), timeout=10)
    # Reflection goes further than names: it hands out the descriptors, which are enough to call any method.
    reflection = ProtoReflectionDescriptorDatabase(channel)
    pool = DescriptorPool(reflection)
    services = {name: list(pool.FindServiceByName(name).methods_by_name) for name in reflection.get_services()}
print(json.dumps({"health": HealthCheckResponse.ServingStatus.Name(health.status), "services": services}))

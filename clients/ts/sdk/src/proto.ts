// Everything that is generated from the protos: messages, enums, schemas and services of `trivium.v1`.

export * from "./gen/trivium/v1/chat_pb.js";
export * from "./gen/trivium/v1/chat_service_pb.js";
export * from "./gen/trivium/v1/common_pb.js";
export * from "./gen/trivium/v1/key_pb.js";
export * from "./gen/trivium/v1/key_service_pb.js";
export * from "./gen/trivium/v1/moderation_pb.js";
export * from "./gen/trivium/v1/moderation_service_pb.js";
export * from "./gen/trivium/v1/notification_pb.js";
export * from "./gen/trivium/v1/notification_service_pb.js";
export * from "./gen/trivium/v1/presence_pb.js";
export * from "./gen/trivium/v1/presence_service_pb.js";
export * from "./gen/trivium/v1/quiz_file_pb.js";
export * from "./gen/trivium/v1/quiz_file_service_pb.js";
export * from "./gen/trivium/v1/quiz_pb.js";
export * from "./gen/trivium/v1/quiz_service_pb.js";
export * from "./gen/trivium/v1/receipt_pb.js";
export * from "./gen/trivium/v1/receipt_service_pb.js";
export * from "./gen/trivium/v1/room_pb.js";
export * from "./gen/trivium/v1/room_service_pb.js";
export * from "./gen/trivium/v1/session_pb.js";

export { CodedError, ProtocolError } from 'net-ts-protocol-kit'
export { type BodyCodec, bytesBody, decodeBody, encodeBody, jsonBody, noBody, optionalBody, propertiesBody, textBody } from './body/codec'
export { type BodyObject, type BodyType, unknownMembers } from './body/index'
export {
  CommandFlag,
  type CommandLimits,
  MAX_BINARY_CODE,
  type OutgoingCommand,
  type RemotingCommand,
  type SerializeType
} from './command/command'
export { decodeCommand } from './command/decode-command'
export { encodeCommand, measureCommand, measureHead, writeCommand, writeHead } from './command/encode-command'
export * from './generated/bodies'
export * from './generated/headers'
export { LanguageCode, type LanguageName, ReleaseVersion } from './generated/peers'
export { RequestCode } from './generated/request-codes'
export { ResponseCode, type ResponseCodeName } from './generated/response-codes'
export { HeaderFieldError } from './header/header-field-error'
export { headerOf } from './header/header-of'
export type { HeaderField, HeaderFieldType, HeaderTable } from './header/header-table'
export { headerFields } from './header/write-header'
export { indentJson, prettyJson } from './json/pretty-json'
export { type JsonLimits, readJson, readJsonBytes } from './json/read-json'
export { type JsonArray, type JsonKey, type JsonMember, JsonNumber, JsonObject, type JsonValue } from './json/value'
export { type JsonStyle, writeJson } from './json/write-json'
export {
  appendProperties,
  type BatchLimits,
  type BatchMessage,
  type BodyLimits,
  bodyCrc,
  bodyCrcBetween,
  buildSqlSubscription,
  buildSubscription,
  COMPRESSION_FLAGS,
  CompressionError,
  type CompressionOptions,
  type CompressionType,
  checkRecord,
  compressBody,
  compressionType,
  DEFAULT_DELAY_LEVELS,
  DEFAULT_MAX_DECOMPRESSED_BYTES,
  type DecodedRecords,
  type DelayLevelTable,
  DLQ_TOPIC_PREFIX,
  decodeBatch,
  decodeProperties,
  decodeRecord,
  decodeRecords,
  decompressBody,
  delayLevelOfQueue,
  delayLevelTable,
  delayQueueId,
  dlqTopic,
  type ExpressionType,
  encodeBatch,
  encodeProperties,
  findProperty,
  formatProperties,
  groupNameProblem,
  type HostAddress,
  hasFlag,
  hasValidCrc,
  ipBytes,
  ipText,
  isDlqTopic,
  isInherited,
  isInnerBatch,
  isNotAllowedToSend,
  isReadable,
  isReservedProperty,
  isRetryTopic,
  isSystemTopic,
  isWriteable,
  javaStringHashCode,
  KEY_SEPARATOR,
  loadCompression,
  MAX_COMPRESSION_LEVEL,
  MAX_DELAY_LEVELS,
  MAX_GROUP_LENGTH,
  MAX_GROUP_LENGTH_BEFORE_5_4,
  MAX_PROPERTIES_BYTES,
  MAX_RETRY_OR_DLQ_TOPIC_LENGTH,
  MAX_TOPIC_LENGTH,
  MessageBodyError,
  MessagePropertiesError,
  MessageProperty,
  type MessagePropertyName,
  type MessageRecord,
  MessageSysFlag,
  MIN_RECORD_BYTES,
  messageBody,
  NAME_VALUE_SEPARATOR,
  type OffsetMessageId,
  offsetMessageId,
  Perm,
  PROPERTY_SEPARATOR,
  type PropertiesFormat,
  PullSysFlag,
  parseOffsetMessageId,
  parseUniqueKey,
  permText,
  propertyProblem,
  RECORD_CRC_BYTES,
  RETRY_TOPIC_PREFIX,
  type RecordContent,
  type RecordCrcState,
  RecordField,
  RecordMagic,
  type RecordPlace,
  recordBodyAt,
  recordCrcState,
  recordSize,
  recordStoreTimeAt,
  retryTopic,
  SUBSCRIBE_ALL,
  type Subscription,
  SYSTEM_TOPIC_PREFIX,
  SystemTopic,
  sealedRecordSize,
  sealRecord,
  type TagExpression,
  tagsCode,
  topicNameProblem,
  transactionValue,
  type UniqueKeyOptions,
  type UniqueKeyParts,
  UniqueKeySource,
  unwrapRecord,
  verifyCrc,
  withoutProperty,
  withRecordCrc,
  withTransactionValue,
  writeRecord,
  writeSealedRecord
} from './message/index'
export { hasRegistrationCrc, type RegistrationForm, type RegistrationLimits, readRegistration, writeRegistration } from './registration'
export { releaseVersion } from './release'
export { type FindRequest, findRequest, requestFinder, responseCodeName } from './request-lookup'
export type {
  Direction,
  RequestBodyOf,
  RequestHeaderOf,
  RequestRow,
  ResponseBodyOf,
  ResponseHeaderOf,
  Role,
  RowSide
} from './request-row'
export { type Credentials, hasValidSignature, SignatureField, type SignedContent, signature, signedFields } from './signing/sign-request'

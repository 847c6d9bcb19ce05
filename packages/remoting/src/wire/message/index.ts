export { type BatchLimits, type BatchMessage, decodeBatch, encodeBatch } from './batch'
export {
  COMPRESSION_FLAGS,
  type CompressionOptions,
  compressBody,
  compressionType,
  loadCompression,
  MAX_COMPRESSION_LEVEL
} from './compression'
export { CompressionError, type CompressionType } from './compression-error'
export { bodyCrc, bodyCrcBetween } from './crc'
export { type DecodedRecords, decodeRecords } from './decode-records'
export {
  DEFAULT_DELAY_LEVELS,
  type DelayLevelTable,
  delayLevelOfQueue,
  delayLevelTable,
  delayQueueId,
  MAX_DELAY_LEVELS
} from './delay-levels'
export { type HostAddress, ipBytes, ipText } from './host-address'
export { javaStringHashCode, tagsCode } from './java-string-hash'
export {
  type BodyLimits,
  DEFAULT_MAX_DECOMPRESSED_BYTES,
  decompressBody,
  hasValidCrc,
  MessageBodyError,
  messageBody,
  verifyCrc
} from './message-body'
export { isReservedProperty, KEY_SEPARATOR, MessageProperty, type MessagePropertyName } from './message-property'
export { decodeRecord, type MessageRecord } from './message-record'
export {
  DLQ_TOPIC_PREFIX,
  dlqTopic,
  groupNameProblem,
  isDlqTopic,
  isRetryTopic,
  MAX_GROUP_LENGTH,
  MAX_GROUP_LENGTH_BEFORE_5_4,
  MAX_RETRY_OR_DLQ_TOPIC_LENGTH,
  MAX_TOPIC_LENGTH,
  RETRY_TOPIC_PREFIX,
  retryTopic,
  topicNameProblem
} from './names'
export { type OffsetMessageId, offsetMessageId, parseOffsetMessageId } from './offset-message-id'
export {
  appendProperties,
  decodeProperties,
  encodeProperties,
  findProperty,
  formatProperties,
  MessagePropertiesError,
  NAME_VALUE_SEPARATOR,
  PROPERTY_SEPARATOR,
  type PropertiesFormat,
  propertyProblem,
  withoutProperty
} from './properties'
export {
  RECORD_CRC_BYTES,
  type RecordCrcState,
  recordCrcState,
  sealedRecordSize,
  sealRecord,
  withRecordCrc,
  writeSealedRecord
} from './record-crc'
export {
  checkRecord,
  MAX_PROPERTIES_BYTES,
  MIN_RECORD_BYTES,
  RecordField,
  RecordMagic,
  recordBodyAt,
  recordStoreTimeAt
} from './record-layout'
export {
  buildSqlSubscription,
  buildSubscription,
  type ExpressionType,
  SUBSCRIBE_ALL,
  type Subscription,
  type TagExpression
} from './subscription'
export {
  hasFlag,
  isInherited,
  isInnerBatch,
  isReadable,
  isWriteable,
  MessageSysFlag,
  Perm,
  PullSysFlag,
  permText,
  transactionValue,
  withTransactionValue
} from './sys-flags'
export { isNotAllowedToSend, isSystemTopic, SYSTEM_TOPIC_PREFIX, SystemTopic } from './system-topics'
export { parseUniqueKey, type UniqueKeyOptions, type UniqueKeyParts, UniqueKeySource } from './unique-key'
export { unwrapRecord } from './unwrap-record'
export { type RecordContent, type RecordPlace, recordSize, writeRecord } from './write-record'

import { createHmac, timingSafeEqual } from 'node:crypto'
import { ReleaseVersion } from '../generated/peers'

/** Who asks, as both access controls of RocketMQ (ACL 1.0 and 2.0) know it. */
export interface Credentials {
  /** Travels with every request. */
  readonly accessKey: string
  /** Never travels: requests are signed with it. */
  readonly secretKey: string
  /** Of temporary credentials, as clouds give them. Travels with every request. */
  readonly securityToken?: string | undefined
}

/** Ext fields that say who asks (read in client/…/acl/common/SessionCredentials.java). */
export const SignatureField = {
  ACCESS_KEY: 'AccessKey',
  SECURITY_TOKEN: 'SecurityToken',
  SIGNATURE: 'Signature'
} as const

/** What is signed of a request. */
export interface SignedContent {
  /** All ext fields. A signature among them is passed over. */
  readonly fields: ReadonlyMap<string, string>
  /** As sent, maybe compressed; empty when there is none. */
  readonly body: Buffer
  /**
   * Version ordinal of who signed. Clients up to 4.9.3 did so without `_UNIQUE_KEY_QUERY` (read in auth/…/DefaultAuthenticationContextBuilder.java;
   * a broker of 4.9.7 leaves it out whoever asks). Default: newer.
   */
  readonly version?: number | undefined
}

/** Marks a query by unique key. */
const UNIQUE_KEY_QUERY = '_UNIQUE_KEY_QUERY'

/**
 * The ext fields of a request with who asks and the signature behind them (read in client/…/acl/common/AclClientRPCHook.java). It signs the
 * values of all fields and the body: nothing may be added or changed later. The binary header has no empty values for Java, so a request
 * with one has to travel as JSON.
 */
export function signedFields({ fields, body, version }: SignedContent, credentials: Credentials): ReadonlyMap<string, string> {
  const { accessKey, secretKey, securityToken } = credentials
  const signed = new Map(fields)
  signed.delete(SignatureField.SIGNATURE)
  signed.set(SignatureField.ACCESS_KEY, accessKey)
  if (securityToken !== undefined) signed.set(SignatureField.SECURITY_TOKEN, securityToken)
  return signed.set(SignatureField.SIGNATURE, signature({ fields: signed, body, version }, secretKey))
}

/** HMAC-SHA1 in base64 of the values in the order of their names, and the body (read in client/…/acl/common/AclUtils.java). */
export function signature({ fields, body, version }: SignedContent, secretKey: string): string {
  const isOld = version !== undefined && version <= ReleaseVersion.V4_9_3
  return createHmac('sha1', secretKey).update(signedText(fields, isOld)).update(body).digest('base64')
}

/** Whether a request carries the signature that this secret makes. Takes the same time whatever the difference. */
export function hasValidSignature(content: SignedContent, secretKey: string): boolean {
  const given = Buffer.from(content.fields.get(SignatureField.SIGNATURE) ?? '')
  const right = Buffer.from(signature(content, secretKey))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** Names are in order as Java compares text: by UTF-16 code unit, upper case before lower. */
function signedText(fields: ReadonlyMap<string, string>, isOld: boolean): string {
  const isSigned = (name: string): boolean => name !== SignatureField.SIGNATURE && !(isOld && name === UNIQUE_KEY_QUERY)
  const names = [...fields.keys()].filter(isSigned).sort()
  return names.map((name) => fields.get(name)).join('')
}

import { createHmac, timingSafeEqual } from 'node:crypto'

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
}

/**
 * The ext fields of a request with who asks and the signature behind them (read in client/…/acl/common/AclClientRPCHook.java). It signs the
 * values of all fields and the body: nothing may be added or changed later. The binary header has no empty values for Java, so a request
 * with one has to travel as JSON.
 */
export function signedFields({ fields, body }: SignedContent, credentials: Credentials): ReadonlyMap<string, string> {
  const { accessKey, secretKey, securityToken } = credentials
  const signed = new Map(fields)
  signed.delete(SignatureField.SIGNATURE)
  signed.set(SignatureField.ACCESS_KEY, accessKey)
  if (securityToken !== undefined) signed.set(SignatureField.SECURITY_TOKEN, securityToken)
  return signed.set(SignatureField.SIGNATURE, signature({ fields: signed, body }, secretKey))
}

/** HMAC-SHA1 in base64 of the values in the order of their names, and the body (read in client/…/acl/common/AclUtils.java). */
export function signature({ fields, body }: SignedContent, secretKey: string): string {
  return createHmac('sha1', secretKey).update(signedText(fields)).update(body).digest('base64')
}

/** Whether a request carries the signature that this secret makes. Takes the same time whatever the difference. */
export function hasValidSignature(content: SignedContent, secretKey: string): boolean {
  const given = Buffer.from(content.fields.get(SignatureField.SIGNATURE) ?? '')
  const right = Buffer.from(signature(content, secretKey))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** Names are in order as Java compares text: by UTF-16 code unit, upper case before lower. */
function signedText(fields: ReadonlyMap<string, string>): string {
  const names = [...fields.keys()].filter((name) => name !== SignatureField.SIGNATURE).sort()
  return names.map((name) => fields.get(name)).join('')
}

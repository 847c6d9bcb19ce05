/** Why a request is not done: an official response code, and the remark for whoever asked. */
export class Refusal {
  readonly code: number
  readonly remark: string

  constructor(code: number, remark: string) {
    this.code = code
    this.remark = remark
  }
}

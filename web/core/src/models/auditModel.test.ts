import { describe, expect, it } from 'vitest';
import { auditCsv } from './auditModel';

describe('the audit log as CSV', () => {
  it('is quoted, and holds no formula', () => {
    const entry = {
      seq: 1,
      time: 't',
      actor: '=cmd()',
      address: '::1',
      action: 'a',
      target: 'b, "c"',
      result: 'done',
      details: { x: 1 },
    };
    expect(auditCsv([entry])).toBe(
      'seq,time,actor,address,action,target,result,details\r\n1,t,\'=cmd(),::1,a,"b, ""c""",done,"{""x"":1}"\r\n',
    );
  });
});

// Section 3.5: packets that break a rule. Each closes the connection that sent it, and no other.
//
// A row: what it is, the frames, and for some why the npm server lets it pass. `fresh` frames come before CONNECT.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Polling, openFrames, separator} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';
import {joined, roundTrip} from './sockets.mjs';

const server = useServer();
const one = '{"_placeholder":true,"num":0}';
const bytes = Buffer.from([1]);
const deep = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const ofEngine = [
    ['an empty frame', ['']],
    ['packet type 7', ['7']],
    ['a letter for the packet type', ['x']],
    ['a ping outside an upgrade', ['2']],
    ['a probe outside an upgrade', ['2probe']],
];

const beforeConnect = [
    ['an event', ['42["message",1]']],
    ['an event for a namespace', ['42/custom,["message",1]']],
    ['an acknowledgement', ['430[]']],
    ['DISCONNECT', ['41']],
    ['CONNECT_ERROR', ['44{"message":"no"}']],
    ['a binary event', [`451-["message",${one}]`, bytes]],
    ['binary', [bytes]],
    ['CONNECT with a list', ['40[]']],
    ['CONNECT with a string', ['40"token"']],
    ['CONNECT with null', ['40null']],
    ['CONNECT with a number behind the namespace', ['40/custom,12{"a":1}x']],
    ['CONNECT with broken JSON', ['40{"token":']],
    ['CONNECT with two objects', ['40{}{}']],
];

const afterConnect = [
    ['a second CONNECT', ['40']],
    ['a second CONNECT with auth', ['40{"token":"1"}']],
    ['CONNECT_ERROR', ['44{"message":"no"}']],
    ['an event for a namespace that was not joined', ['42/custom,["message"]']],
    ['DISCONNECT for a namespace that was not joined', ['41/custom,']],
    ['an acknowledgement for a namespace that was not joined', ['43/custom,0[]']],
    ['an event after DISCONNECT', ['41', '42["message",1]'],
        'a packet that comes together with DISCONNECT finds the namespace joined still'],
    ['a namespace without its comma', ['42/custom["message",1]']],
    ['an empty message', ['4']],
    ['packet type 7', ['47["message"]']],
    ['packet type -', ['4-["message"]']],
    ['a space before the packet type', ['4 2["message"]']],
    ['an event with an object', ['42{"0":"message"}']],
    ['an event with a string', ['42"message"']],
    ['an event with null', ['42null']],
    ['an event with a number', ['42/,1.5']],
    ['an event with an empty list', ['42[]']],
    ['an event without payload', ['42'], 'an event without payload is taken as an empty list'],
    ['an event with only an id', ['4212'], 'an event without payload is taken as an empty list'],
    ['an event named null', ['42[null]']],
    ['an event named true', ['42[true]']],
    ['an event named by an object', ['42[{}]']],
    ['an event named by a list', ['42[["message"]]']],
    ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']
        .map((name) => [`the reserved event ${name}`, [`42["${name}"]`]]),
    ['an event that ends within the JSON', ['42["message",{"a":1']],
    ['an event with text behind the JSON', ['42["message"]x']],
    ['two lists', ['42["message"]["message"]']],
    ['a comma too many', ['42["message",]']],
    ['single quotes', ["42['message']"]],
    ['NaN', ['42["message",NaN]']],
    ['a number with a leading zero', ['42["message",01]']],
    ['a broken escape', ['42["message","\\u12"]']],
    ['a line break within a string', ['42["message","a\nb"]']],
    ['a comment', ['42["message"/*,1*/]']],
    ['a letter for the id', ['42x["message"]']],
    ['a broken id', ['421.5["message"]']],
    ['a negative id', ['42-1["message"]']],
    ['an acknowledgement with an object', ['430{}']],
    ['an acknowledgement with a string', ['430"x"']],
    ['an acknowledgement without JSON end', ['430[']],
    ['DISCONNECT with payload', ['41{}']],
    ['DISCONNECT with a reason', ['41"bye"']],
    ['binary that nothing announced', [bytes]],
    ['text while an attachment is missing', [`451-["message",${one}]`, '42["message",1]']],
    ['one attachment too many', [`451-["message",${one}]`, bytes, bytes]],
    ['eleven attachments', [`4511-["message",${one}]`]],
    ['4,294,967,297 attachments', [`454294967297-["message",${one}]`]],
    ['attachments without their number', [`45-["message",${one}]`]],
    ['attachments without a dash', [`45["message",${one}]`]],
    ['a letter for the number of attachments', [`45x-["message",${one}]`]],
    ['a broken number of attachments', [`451.5-["message",${one}]`]],
    ['a negative number of attachments', [`45-1-["message",${one}]`]],
    ['an attachment without payload', ['451-', bytes], 'an event without payload is taken as an empty list'],
    ['a binary event with an object', [`451-{"a":${one}}`, bytes]],
    ['a binary event of a reserved name', [`451-["connect",${one}]`, bytes]],
    ['a binary event named by an attachment', [`451-[${one},1]`, bytes]],
    ['a binary acknowledgement with an object', ['461-0{}', bytes]],
    ['a placeholder out of range', ['451-["message",{"_placeholder":true,"num":1}]', bytes]],
    ['a placeholder below zero', ['451-["message",{"_placeholder":true,"num":-1}]', bytes]],
    ['a placeholder with a broken number', ['451-["message",{"_placeholder":true,"num":0.5}]', bytes],
        'a placeholder with a broken number is replaced by nothing'],
    ['a placeholder with a string', ['451-["message",{"_placeholder":true,"num":"0"}]', bytes]],
    ['a placeholder without number', ['451-["message",{"_placeholder":true}]', bytes]],
    ['a nested placeholder out of range', ['451-["message",{"a":[{"b":{"_placeholder":true,"num":7}}]}]', bytes]],
];

let bystander;
const bystanderIsServed = async () => {
    bystander ??= await joined(server);
    await roundTrip(bystander);
};

describe('by WebSocket', () => {
    for (const [when, rows, open] of [
        ['', ofEngine, openFrames],
        ['before CONNECT: ', beforeConnect, openFrames],
        ['', afterConnect, joined],
    ]) {
        for (const [what, frames, lax] of rows) {
            test(`${when}${what}`, async () => {
                const guilty = await open(server);
                guilty.send(...frames);
                if (!(lax && oracleAllows(lax))) await guilty.closes();
                guilty.drop();
                await bystanderIsServed();
            });
        }
    }
});

describe('by polling', () => {
    const rows = [
        ...beforeConnect.map((row) => [false, ...row]),
        ...afterConnect.map((row) => [true, ...row]),
    ];
    for (const [connects, what, frames, lax] of rows) {
        test(`${connects ? '' : 'before CONNECT: '}${what}`, async () => {
            const guilty = await Polling.open(server);
            if (connects) {
                await guilty.send('40');
                assert.match(await guilty.next(), /^40/);
                assert.match(await guilty.next(), /^42/);
            }
            const packets = frames.map((frame) => typeof frame === 'string' ? frame : `b${frame.toString('base64')}`);
            await guilty.post(packets.join(separator)).catch(() => {});
            // What was buffered may still be fetched, the end of the session too; then it is unknown.
            let ended = lax && oracleAllows(lax);
            for (let i = 0; i < 5 && !ended; i++) ended = (await guilty.get()).status === 400;
            assert.ok(ended, 'the session goes on');
            await bystanderIsServed();
        });
    }
});

describe('at the limits of what is allowed', () => {
    // Valid to the letter, but not what a client sends: it may be answered or its own connection closed, in time.
    for (const [what, ...frames] of [
        ['no attachments at all', '450-["message"]'],
        ['a half surrogate pair as an escape', '42["message","\\ud800"]'],
        ['a list 100,000 levels deep', `42["message",${deep(100000)}]`],
        ['an object 10,000 levels deep', `42["message",${'{"a":'.repeat(10000)}1${'}'.repeat(10000)}]`],
        ['a number above every double', '42["message",1e400]'],
        ['a number of 5,000 digits', `42["message",${'9'.repeat(5000)}]`],
        ['an id of 400 digits', `42${'9'.repeat(400)}["message-with-ack",1]`],
        ['an acknowledgement without id', '43[]'],
        ['__proto__ as a key', '42["message",{"__proto__":{"a":1}}]'],
        ['the same key twice', '42["message",{"a":1,"a":2}]'],
        ['an attachment that nothing refers to', '451-["message",1]', bytes],
        ['an attachment referred to twice', `451-["message",${one},${one}]`, bytes],
        ['a namespace of 100,000 characters', `40/${'n'.repeat(100000)},`],
        ['a namespace with a zero byte', '40/a\0b,'],
    ]) {
        test(what, async () => {
            if (what.includes('000 levels') && oracleAllows('it crashes on values of 10,000 levels and more')) return;
            const odd = await joined(server);
            odd.send(...frames);
            const answer = await odd.next('an answer or a close').catch((error) => {
                if (odd.socket.readyState < 2) {
                    if (what !== 'an acknowledgement without id') throw error;  // it has no answer
                    return;
                }
            });
            if (answer !== undefined && what === 'the same key twice') assert.equal(answer, '42["message-back",{"a":2}]');
            odd.drop();
            await bystanderIsServed();
        });
    }

    test('lists 30 levels deep are echoed', async () => {
        const frames = await joined(server);
        frames.send(`42["message",${deep(30)}]`);
        assert.equal(await frames.next(), `42["message-back",${deep(30)}]`);
    });

    for (const [what, frame] of [
        ['an acknowledgement that nobody waits for', '4399[]'],
        ['an event that nobody listens to', '42["nobody-listens",1]'],
        ['an event named by a number', '42[7,1]'],
        ['an event that nobody acknowledges', '425["nobody-listens",1]'],
        ['the engine packet noop', '6'],
        ['an unasked pong', '3'],
    ]) {
        test(`${what} is ignored`, async () => {
            const frames = await joined(server);
            frames.send(frame);
            await roundTrip(frames);
        });
    }
});

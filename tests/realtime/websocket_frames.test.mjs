// WebSocket itself, RFC 6455: frames that a library would not send. Each ends its own connection and no other.
import assert from 'node:assert/strict';
import net from 'node:net';
import {test} from 'node:test';
import {address, openFrames} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';
import {generous, within} from './waiting.mjs';

const server = useServer({mode: 'engine.io', 'max-payload': 100000});

const text = 1, binary = 2, closing = 8, ping = 9, pong = 10;

function frame(opcode, payload = '', {fin = true, reserved = 0, masked = true} = {}) {
    const body = Buffer.from(payload);
    const mask = Buffer.from([1, 2, 3, 4]);
    const length = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
    const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode, (masked ? 0x80 : 0) | length[0], ...length.slice(1)];
    if (!masked) return Buffer.concat([Buffer.from(head), body]);
    return Buffer.concat([Buffer.from(head), mask, body.map((byte, i) => byte ^ mask[i % 4])]);
}

function handshake(headers = {}) {
    const {pathname, search} = new URL(address(server, {}, 'ws'));
    const all = {
        Host: 'localhost', Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'MDEyMzQ1Njc4OWFiY2RlZg==', ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
    return `GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

// Sends the first piece and, after the open packet, the others. Resolves with all that came until the server closed or
// `done` holds.
async function exchange([first, ...pieces], done = () => false) {
    const socket = net.connect(server.port, '127.0.0.1');
    let received = Buffer.alloc(0);
    let opened = false;
    const finished = new Promise((resolve) => {
        socket.on('data', (data) => {
            received = Buffer.concat([received, data]);
            if (!opened && received.includes('0{"sid"')) {
                opened = true;
                for (const piece of pieces) socket.write(piece);
            }
            if (done(received)) resolve();
        });
        socket.once('close', resolve);
        socket.once('error', resolve);
    });
    socket.write(first);
    try {
        await within(generous, finished, 'the connection to close');
    } finally {
        socket.destroy();
    }
    return received;
}

// The code of the close frame: the last frame the server sent, of two bytes and perhaps a reason.
function closeCode(received) {
    let rest = received.subarray(received.indexOf('\r\n\r\n') + 4);
    while (rest.length >= 2) {
        const length = rest[1] & 127;
        const start = length === 126 ? 4 : 2;
        const size = length === 126 ? rest.readUInt16BE(2) : length;
        if ((rest[0] & 15) === closing) return size >= 2 ? rest.readUInt16BE(start) : 1005;
        rest = rest.subarray(start + size);
    }
    return null;
}

for (const [what, pieces, code] of [
    ['a frame without mask', [frame(text, '4a', {masked: false})], 1002],
    ['an unknown opcode', [frame(3, '4a')], 1002],
    ['an unknown control opcode', [frame(11)], 1002],
    ['a reserved bit', [frame(text, '4a', {reserved: 4})], 1002],
    ['a compressed frame that was not agreed on', [frame(text, 'J\xccH\xcd', {reserved: 4})], 1002],
    ['a control frame of 126 bytes', [frame(ping, 'x'.repeat(126))], 1002],
    ['a control frame in fragments', [frame(ping, 'x', {fin: false})], 1002],
    ['a continuation of nothing', [frame(0, '4a')], 1002],
    ['a message within a message', [frame(text, '4a', {fin: false}), frame(text, '4b')], 1002],
    ['text that is no UTF-8', [frame(text, Buffer.from([0x34, 0xc3, 0x28]))], 1007],
    ['text that ends within a character', [frame(text, Buffer.from([0x34, 0xe2, 0x82]))], 1007],
    ['an overlong character', [frame(text, Buffer.from([0x34, 0xc0, 0xaf]))], 1007],
    ['half of a surrogate pair', [frame(text, Buffer.from([0x34, 0xed, 0xa0, 0x80]))], 1007],
    ['a close frame of one byte', [frame(closing, 'x')], 1002],
    ['a close frame with a code that is not for the wire', [frame(closing, Buffer.from([0x03, 0xed]))], 1002],
    ['a length of 2^63', [Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])], null],
    ['a length far above the limit', [Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4])], 1009],
]) {
    test(`${what} ends the connection`, async () => {
        const other = await openFrames(server);
        const received = await exchange([handshake(), ...pieces]);
        assert.match(`${received}`, /^HTTP\/1\.1 101 /);
        if (code !== null) assert.equal(closeCode(received), code);
        other.send('4still here');
        assert.equal(await other.next(), '4still here');
    });
}

test('a close frame is answered with its code', async () => {
    assert.equal(closeCode(await exchange([handshake(), frame(closing, Buffer.from([0x03, 0xe8]))])), 1000);
});

test('a message in fragments, with a ping between, is put together', async () => {
    const received = await exchange(
        [handshake(), frame(text, '4he', {fin: false}), frame(ping, 'are you there'), frame(0, 'llo')],
        (data) => data.includes('4hello') && data.includes('are you there'));
    assert.ok(received.includes(Buffer.from([0x80 | pong, 13])), 'the ping is answered');
    assert.ok(received.includes(Buffer.concat([Buffer.from([0x81, 6]), Buffer.from('4hello')])), 'in one frame');
});

test('frames that come byte by byte are understood', async () => {
    const bytes = [...Buffer.concat([frame(text, '4slow'), frame(binary, 'fast')])].map((byte) => Buffer.from([byte]));
    const received = await exchange([handshake(), ...bytes], (data) => data.includes('4slow') && data.includes('fast'));
    assert.ok(received.includes('4slow') && received.includes('fast'));
});

test('frames in the same packet as the handshake are not lost', async () => {
    if (oracleAllows('frames that come before the open packet is sent are lost')) return;
    const received = await exchange([Buffer.concat([Buffer.from(handshake()), frame(text, '4early')])],
        (data) => data.includes('4early'));
    assert.ok(received.includes('4early'));
});

for (const [what, headers] of [
    ['no key', {'Sec-WebSocket-Key': null}],
    ['a key of another length', {'Sec-WebSocket-Key': 'short'}],
    ['version 12', {'Sec-WebSocket-Version': '12'}],
    ['no version', {'Sec-WebSocket-Version': null}],
]) {
    test(`a handshake with ${what} is refused`, async () => {
        const received = await exchange([handshake({Connection: 'Upgrade, close', ...headers})], (data) => data.includes('\r\n\r\n'));
        assert.match(`${received}`, /^HTTP\/1\.1 4(00|26) /);
    });
}

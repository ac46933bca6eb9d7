// Socket.IO packets as text and attachments, for the differential test: written by hand, so that no library of one of
// the two servers stands on both sides.
export function encode(type, namespace, id, data) {
    const attachments = [];
    const shown = data === undefined ? '' : JSON.stringify(takeOut(data, attachments));
    const binary = attachments.length > 0;
    const head = binary ? `${type === 2 ? 5 : 6}${attachments.length}-` : `${type}`;
    return [`4${head}${namespace === '/' ? '' : `${namespace},`}${id ?? ''}${shown}`, ...attachments];
}

function takeOut(value, attachments) {
    if (Buffer.isBuffer(value)) return {_placeholder: true, num: attachments.push(value) - 1};
    if (Array.isArray(value)) return value.map((item) => takeOut(item, attachments));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, takeOut(item, attachments)]));
}

// {type, attachments, namespace, id, data} of the text of a packet, without the 4 of Engine.IO.
export function decode(text) {
    const [, type, attachments, namespace, id, json] = /^(\d)(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?(.*)$/s.exec(text);
    return {
        type: Number(type), attachments: Number(attachments ?? 0), namespace: namespace ?? '/',
        id: id === undefined ? undefined : Number(id), data: json === '' ? undefined : JSON.parse(json),
    };
}

// One text for all spellings of a packet: keys in order, numbers as JavaScript writes them, session ids left out.
export function canonical({type, attachments, namespace, id, data}) {
    const shown = type === 0 && data?.sid ? {...data, sid: `(${data.sid.length} characters)`} : data;
    return `${type} ${attachments} ${namespace} ${id ?? '-'} ${data === undefined ? '' : JSON.stringify(inOrder(shown))}`;
}

function inOrder(value) {
    if (Array.isArray(value)) return value.map(inOrder);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, inOrder(value[key])]));
}

// Takes activities through their life with wechatpay-axios-plugin, which signs, verifies and decrypts by itself.
// Usage: node main.js CREDENTIALS-DIR/MCHID   (as `gateway-simulator --credentials-dir` writes it)
'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Wechatpay, Aes } = require('wechatpay-axios-plugin');

const dir = process.argv[2];
const read = (name) => readFileSync(path.join(dir, name));
const account = JSON.parse(read('account.json'));
const control = (method, page, body) => fetch(`${account.gatewayUrl}/_sim/${page}`, { method, body: body && JSON.stringify(body) }).then((r) => r.json());

// A client that trusts these keys and asks for replies signed by the one named serial. It comes in an object, since
// the client takes every name for a path and would be asked for its `then` when awaited.
const client = (certs, serial) => ({
  api: new Wechatpay({
    mchid: account.mchid,
    serial: account.serialNo,
    privateKey: read('apiclient_key.pem'),
    certs,
    baseURL: `${account.gatewayUrl}/`,
    headers: { 'Wechatpay-Serial': serial },
    timeout: 30000,
    proxy: false,
  }),
});

const byPublicKey = async () => client({ [account.publicKeyId]: read('pub_key.pem') }, account.publicKeyId);

// The platform certificates come over a connection that the public key vouches for.
const byCertificate = async () => {
  const { api } = await byPublicKey();
  const { data } = await api.v3.certificates.get();
  const certs = {};
  for (const { serial_no: serial, encrypt_certificate: sealed } of data.data) {
    certs[serial] = Aes.AesGcm.decrypt(sealed.ciphertext, read('apiv3_key').toString(), sealed.nonce, sealed.associated_data);
  }
  return client(certs, Object.keys(certs)[0]);
};

const inDays = (days) => new Date(Date.now() + days * 86400e3).toISOString().replace(/\.\d+Z$/, 'Z');

const activity = (number) => ({
  activity_base_info: {
    activity_name: '良品铺子回馈活动',
    activity_second_title: '海飞丝的券',
    merchant_logo_url: 'https://example.com/logo.png',
    begin_time: inDays(1),
    end_time: inDays(31),
    out_request_no: number,
    delivery_purpose: 'OFF_LINE_PAY',
  },
  award_send_rule: {
    transaction_amount_minimum: 100,
    send_content: 'SINGLE_COUPON',
    award_type: 'BUSIFAVOR',
    award_list: [{ stock_id: '98065001', original_image_url: 'https://example.com/large.png' }],
    merchant_option: 'MANUAL_INPUT_MERCHANT',
    merchant_id_list: ['10000022'],
  },
});

const refused = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it was not refused');
};

let passed = 0;
let failed = 0;
const check = async (name, run) => {
  try {
    await run();
    passed += 1;
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}\n  ${error.stack || error}\n  ${JSON.stringify(error.response?.data)}`);
  }
};

const life = async (key, connect) => {
  const number = `${account.mchid}-${randomUUID()}`;
  const body = activity(number);
  let api;
  let gifts;
  let id;
  await check(`${key}: the client connects`, async () => {
    ({ api } = await connect());
    gifts = api.v3.marketing.paygiftactivity;
  });
  await check(`${key}: an activity is created`, async () => {
    const { data } = await gifts.uniqueThresholdActivity.post(body);
    id = data.activity_id;
    assert.match(id, /^\d{1,20}$/);
  });
  await check(`${key}: a replay gives the same activity`, async () => {
    const { data } = await gifts.uniqueThresholdActivity.post(body);
    assert.equal(data.activity_id, id);
  });
  await check(`${key}: its own page tells what was created`, async () => {
    const { data, headers } = await gifts.activities.$activity_id$.get({ activity_id: id });
    assert.equal(data.activity_base_info.out_request_no, number);
    assert.equal(data.award_send_rule.full_send_rule.award_list[0].stock_id, '98065001');
    assert.equal(data.activity_status, 'CREATE_ACT_STATUS');
    assert.equal(headers['wechatpay-serial'].startsWith('PUB_KEY_ID_'), key === 'public key');
  });
  await check(`${key}: the list has it`, async () => {
    const { data } = await gifts.activities.get({ params: { offset: 0, limit: 100 } });
    assert.ok(data.data.some((item) => item.activity_id === id));
  });
  await check(`${key}: merchants are added, listed and deleted`, async () => {
    await gifts.activities.$activity_id$.merchants.add.post({ merchant_id_list: ['10000023'], add_request_no: `${number}-a` }, { activity_id: id });
    // By its path, since `delete` is a verb to this client.
    await api.chain('v3/marketing/paygiftactivity/activities/{activity_id}/merchants/delete').post({ merchant_id_list: ['10000022'], delete_request_no: `${number}-d` }, { activity_id: id });
    const { data } = await gifts.activities.$activity_id$.merchants.get({ activity_id: id, params: { offset: 0, limit: 20 } });
    assert.deepEqual(data.data.map((m) => m.mchid), ['10000023']);
  });
  await check(`${key}: it is terminated`, async () => {
    const { data } = await gifts.activities.$activity_id$.terminate.post(undefined, { activity_id: id });
    assert.equal(data.activity_id, id);
    const { data: after } = await gifts.activities.$activity_id$.get({ activity_id: id });
    assert.equal(after.activity_status, 'TERMINATE_ACT_STATUS');
  });
  await check(`${key}: a missing activity is told as the pages say`, async () => {
    const { response } = await refused(gifts.activities.$activity_id$.get({ activity_id: '1' }));
    assert.equal(response.status, 404);
    assert.equal(response.data.code, 'RESOURCE_NOT_EXISTS');
  });
  await check(`${key}: a wrong field is named`, async () => {
    const wrong = activity(`${number}-wrong`);
    wrong.activity_base_info.activity_name = '一二三四五六七八九十一';
    const { response } = await refused(gifts.uniqueThresholdActivity.post(wrong));
    assert.equal(response.data.code, 'PARAM_ERROR');
    assert.equal(response.data.detail.field, '/body/activity_base_info/activity_name');
  });
  await check(`${key}: a reply with a bad signature is not believed`, async () => {
    await control('POST', 'faults', { match: { operation: 'paygift.detail' }, action: 'badSignature' });
    const error = await refused(gifts.activities.$activity_id$.get({ activity_id: id }));
    assert.match(String(error.code), /SIGNATURE/);
  });
  await check(`${key}: the simulator counted one creation`, async () => {
    const { total } = await control('GET', `activities?outRequestNo=${number}`);
    assert.equal(total, 1);
  });
};

(async () => {
  await life('public key', byPublicKey);
  await life('platform certificate', byCertificate);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})().catch((error) => {
  console.error(error.stack || error);
  process.exitCode = 1;
});

// The page of the suite: a device's keys, made in one life of the page and used in the next.

import { browserSealStore, isSupported, sealingOf } from "@trivium/client/seal";
import { FakeKeyServer, FakeTalk, fakeSession, member, roomState, SAMPLE_ROOM_ID } from "@trivium/client/testing";

declare global {
  interface Window {
    /** What the page has done, as lines. */
    life?: () => Promise<string[]>;
  }
}

const ORIGIN = "https://quiz.example";

/** Opens Ada's device, says something, and reads it again. */
window.life = async () => {
  const keys = new FakeKeyServer();
  const talk = new FakeTalk(SAMPLE_ROOM_ID, 20n, keys);
  const members = new Map(["ada", "grace"].map((name) => [name, member(name)]));
  const enter = async (name: string) => {
    const me = member(name);
    const session = fakeSession({ userId: name, rooms: [roomState({ members, memberCount: 2, me })] });
    keys.serve(session);
    talk.join(session);
    const store = browserSealStore(ORIGIN, name);
    // The server of this page is forgotten with it: what was registered in an earlier life is registered again.
    const kept = await store.readDevice();
    if (kept)
      await store.writeDevice({ ...kept, agreements: kept.agreements.map((each) => ({ ...each, keySeq: 0n })) });
    const sealing = sealingOf(session, { store });
    await sealing.begin();
    return { session, sealing, store };
  };
  const ada = await enter("ada");
  const grace = await enter("grace");
  await ada.sealing.conversation(SAMPLE_ROOM_ID).send("sealed in a browser");
  const view = grace.sealing.conversation(SAMPLE_ROOM_ID).view;
  while (view.get().opened.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const [opened] = view.get().opened.values();
  const device = await ada.store.readDevice();
  const secrets = [device?.signing.privateKey, device?.agreements[0]?.keys.privateKey];
  const shown = await Promise.all(
    secrets.map((key) =>
      key === undefined
        ? "none"
        : crypto.subtle.exportKey("pkcs8", key).then(
            () => "shown",
            () => "kept",
          ),
    ),
  );
  const text = opened !== undefined && "content" in opened ? opened.content.text : "nothing";
  return [`supported ${await isSupported()}`, `device ${device?.deviceId}`, `text ${text}`, ...shown];
};

import { useSignal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { FieldHint } from '../../design/Field.tsx';
import { DropArt } from '../../drops/DropArt.tsx';
import { Problem } from '../../http/problem.ts';
import { percent } from '../../language/format.ts';
import { DraftField } from './DraftField.tsx';
import type { FormAccess } from './DropForm.tsx';
import { formMessages } from './form-messages.ts';
import './picture-field.css';
import { isPictureAddress } from './picture-address.ts';
import { previewOf } from './preview-drop.ts';
import { sendPicture } from './send-picture.ts';
import { NotAPicture, PictureTooLarge, shrinkPicture } from './shrink-picture.ts';

const types = 'image/jpeg,image/png,image/webp,image/avif';

/**
 * The picture of a draft is its address, wherever the picture lies. A file is sent at once, so that it has an address before the form is sent.
 *
 *   resting --a file is chosen, dropped or pasted--> made smaller --> on its way --there--> resting, with its address in the draft
 *   made smaller | on its way --stop, another file, another address, the form is left, the drop is cancelled--> what it was is forgotten, and no more of it sent
 *   made smaller | on its way --it is no picture, is too large, or does not arrive--> failed
 *   failed --another file, another address, "go on without it"--> resting
 *
 * While it is made smaller or on its way the form waits, and when it has failed the form objects: nothing is published without the picture that was meant. What
 * the draft had before stays until another one is there. An address where the browser finds no picture is shown as the pattern; a new one is objected to.
 */
export function PictureField(access: FormAccess) {
  const words = formMessages.value.picture;
  const { imageUrl } = access.draft;
  const id = useId();
  const failure = useSignal<string | undefined>(undefined);
  const isUnseen = useSignal(false);
  const said = useSignal('');
  const isDraggedOver = useSignal(false);
  /** Null while nothing is on its way; the share is null while the picture is made smaller. */
  const sending = useSignal<{ share: number | null } | null>(null);
  const current = useRef<AbortController | null>(null);
  // One that went meanwhile is told; it does not keep anybody from changing something else.
  const isAsBefore = imageUrl === access.first.imageUrl;
  const addressError = failure.value === undefined ? access.error('imageUrl') : undefined;
  const isElsewhere = /^https?:/.test(imageUrl);

  function stop(): void {
    current.current?.abort();
    current.current = null;
    sending.value = null;
  }

  function forgetFailure(): void {
    failure.value = undefined;
    access.object('imageUrl', undefined);
  }

  async function take(file: File | undefined): Promise<void> {
    if (!file || access.isOver) return;
    stop();
    const mine = new AbortController();
    current.current = mine;
    forgetFailure();
    sending.value = { share: null };
    try {
      const picture = await shrinkPicture(file);
      const onProgress = (share: number) => {
        if (!mine.signal.aborted) sending.value = { share };
      };
      const address = await sendPicture(picture, { signal: mine.signal, onProgress });
      if (mine.signal.aborted) return;
      access.set({ imageUrl: address });
      said.value = words.added;
    } catch (cause) {
      if (mine.signal.aborted) return;
      failure.value = pictureText(cause);
      // Nothing is published without the picture that was meant, unless that is said.
      access.object('imageUrl', failure.value);
    }
    sending.value = null;
    current.current = null;
  }

  useEffect(() => {
    isUnseen.value = false;
    forgetFailure();
  }, [imageUrl]);
  // Leaving the form stops what is on its way.
  useEffect(() => stop, []);
  useEffect(() => access.hold(sending.value !== null), [sending.value !== null]);
  // Before anybody sees the form, who may paste at once.
  useLayoutEffect(() => {
    if (access.isOver) return stop();
    const onPaste = (event: ClipboardEvent) => {
      const file = pictureIn(event.clipboardData);
      if (!file) return;
      event.preventDefault();
      void take(file);
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, [access.isOver]);

  return (
    <fieldset
      class="field"
      onDragOver={(event) => {
        // Also where nothing is taken any more: the browser would open the file in the form's place.
        event.preventDefault();
        isDraggedOver.value = !access.isOver;
      }}
      onDragLeave={() => {
        isDraggedOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isDraggedOver.value = false;
        void take(pictureIn(event.dataTransfer) ?? event.dataTransfer?.files[0]);
      }}
    >
      <legend class="field-label">{words.label}</legend>
      <div class="picture-field" data-over={isDraggedOver.value}>
        <div class="picture-field-view">
          {!isPictureAddress(imageUrl) || isUnseen.value ? (
            <DropArt drop={previewOf({ ...access.draft, imageUrl: '' })} />
          ) : (
            <img
              src={imageUrl}
              alt={words.own}
              onError={() => {
                isUnseen.value = true;
                if (!isAsBefore) access.object('imageUrl', words.cannotBeSeen);
              }}
            />
          )}
        </div>
        <div class="picture-field-text">
          {sending.value === null ? (
            <>
              <div class="picture-field-buttons">
                <label class="button">
                  {imageUrl === '' ? words.choose : words.another}
                  <input
                    type="file"
                    class="for-readers"
                    name={failure.value === undefined ? undefined : 'imageUrl'}
                    accept={types}
                    aria-invalid={failure.value !== undefined}
                    aria-describedby={`${id}-hint`}
                    onChange={(event) => {
                      const input = event.currentTarget;
                      void take(input.files?.[0]);
                      // The same file may be chosen again.
                      input.value = '';
                    }}
                  />
                </label>
                {failure.value !== undefined && (
                  <button type="button" class="button plain" onClick={forgetFailure}>
                    {words.without}
                  </button>
                )}
                {imageUrl !== '' && (
                  <button
                    type="button"
                    class="button plain"
                    onClick={() => {
                      forgetFailure();
                      access.set({ imageUrl: '' });
                      said.value = words.removed;
                    }}
                  >
                    {words.remove}
                  </button>
                )}
              </div>
              <span class="small soft">{words.drop}</span>
            </>
          ) : (
            <Progress share={sending.value.share} onStop={stop} />
          )}
        </div>
      </div>
      <FieldHint
        id={`${id}-hint`}
        error={failure.value ?? (isUnseen.value && isAsBefore ? words.cannotBeSeen : undefined)}
      />
      <details class="picture-field-address" open={isElsewhere || addressError !== undefined}>
        <summary class="small">{words.address}</summary>
        <DraftField
          access={{
            ...access,
            error: () => addressError,
            set: (changes) => {
              forgetFailure();
              stop();
              access.set(changes);
            },
          }}
          field="imageUrl"
          label={words.imageUrl}
          hint={words.imageUrlHint}
          inputMode="url"
        />
      </details>
      <span class="for-readers" role="status">
        {said.value}
      </span>
    </fieldset>
  );
}

function Progress({ share, onStop }: { share: number | null; onStop: () => void }) {
  const words = formMessages.value.picture;
  const text = share === null ? words.shrinking : words.sending(percent(Math.round(share * 100)));
  return (
    <>
      <label class="picture-field-progress small">
        <span class="number">{text}</span>
        <progress max={1} value={share ?? undefined} />
      </label>
      <button type="button" class="button plain" onClick={onStop}>
        {words.stop}
      </button>
    </>
  );
}

function pictureIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'));
}

function pictureText(cause: unknown): string {
  const words = formMessages.value.picture;
  if (cause instanceof NotAPicture) return words.notAPicture;
  if (cause instanceof PictureTooLarge) return words.tooLarge;
  if (!(cause instanceof Problem)) return words.notSent;
  if (cause.status === 413) return words.tooLarge;
  return cause.status === 400 || cause.status === 415 ? words.notAPicture : words.notSent;
}

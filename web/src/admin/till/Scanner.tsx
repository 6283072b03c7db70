import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type CameraTrouble, cameraTrouble } from './camera-trouble.ts';
import { isWholeCode, tidyCode } from './coupon-code.ts';
import { tillMessages } from './till-messages.ts';

/** Reads coupons off the camera. It is on only while somebody looks: a code, a hidden page or another page switches it off. */
export function Scanner({ onCode }: { onCode: (code: string) => void }) {
  const words = tillMessages.value.scan;
  const isOn = useSignal(false);
  const trouble = useSignal<CameraTrouble | null>(null);

  function start(): void {
    const isPossible = navigator.mediaDevices !== undefined;
    trouble.value = isPossible ? null : 'insecure';
    isOn.value = isPossible;
  }

  return (
    <div class="scanner">
      {isOn.value ? (
        <Camera
          onCode={(code) => {
            isOn.value = false;
            onCode(code);
          }}
          onEnd={(why) => {
            isOn.value = false;
            trouble.value = why;
          }}
        />
      ) : (
        <button type="button" class="button" onClick={start}>
          {words.start}
        </button>
      )}
      {trouble.value !== null && (
        <p class="banner warn" role="alert">
          {words[trouble.value]}
        </p>
      )}
    </div>
  );
}

interface CameraProps {
  onCode: (code: string) => void;
  /** Null: nothing is wrong, it was switched off. */
  onEnd: (trouble: CameraTrouble | null) => void;
}

function Camera({ onCode, onEnd }: CameraProps) {
  const words = tillMessages.value.scan;
  const player = useRef<HTMLVideoElement>(null);
  const isSeeing = useSignal(false);
  const isForeign = useSignal(false);

  useEffect(() => {
    let stop: (() => void) | null = null;
    let isOver = false;
    const end = () => {
      isOver = true;
      stop?.();
    };
    const onText = (text: string) => {
      if (isOver) return;
      if (isWholeCode(text)) onCode(tidyCode(text));
      else isForeign.value = true;
    };
    const onHidden = () => {
      if (document.hidden) onEnd(null);
    };
    const begin = async () => {
      try {
        const { readCodes } = await import('./read-codes.ts');
        if (isOver || player.current === null) return;
        stop = await readCodes(player.current, onText);
        // Somebody may have left while the browser asked for permission.
        if (isOver) return stop();
        isSeeing.value = true;
      } catch (error) {
        if (!isOver) onEnd(cameraTrouble(error));
      }
    };
    void begin();
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      document.removeEventListener('visibilitychange', onHidden);
      end();
    };
  }, []);

  return (
    <div class="scanner-camera">
      <video ref={player} class="scanner-view" aria-label={words.view} muted playsInline />
      <p class="small" role="status">
        {isForeign.value ? words.notACode : isSeeing.value ? words.aim : words.starting}
      </p>
      <button type="button" class="button" onClick={() => onEnd(null)}>
        {words.stop}
      </button>
    </div>
  );
}

// The results of a room, read once and again when asked.
import { ConnectError } from "@connectrpc/connect";
import { type GetResultsResponse, QuizService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useState } from "react";

export interface Results {
  readonly data: GetResultsResponse | undefined;
  readonly failure: ConnectError | undefined;
  readonly again: () => void;
}

export function useResults(roomId: string): Results {
  const session = useSession();
  const [data, setData] = useState<GetResultsResponse>();
  const [failure, setFailure] = useState<ConnectError>();
  const again = useCallback(() => {
    let stale = false;
    session
      .client(QuizService)
      .getResults({ roomId })
      .then(
        (fresh) => {
          if (stale) return;
          setData(fresh);
          setFailure(undefined);
        },
        (error) => {
          if (!stale) setFailure(ConnectError.from(error));
        },
      );
    return () => {
      stale = true;
    };
  }, [session, roomId]);
  useEffect(() => again(), [again]);
  return { data, failure, again };
}

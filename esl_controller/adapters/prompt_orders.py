"""Orders sound files that are missing, as a job of the workers."""

from __future__ import annotations

import logging
from collections import OrderedDict

import gevent
import redis
from rq import Queue
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

QUEUE = "default"
JOB = "workers.jobs.prompts.render_prompt"
ONCE_OF = 500


class PromptOrders:
    """Each text is ordered once; the caller hears a replacement meanwhile."""

    def __init__(self, client: redis.Redis) -> None:
        self.queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
        self.ordered: OrderedDict[str, None] = OrderedDict()

    def order(self, text: str) -> bool:
        """Never waits; False, since the file is not there yet."""
        if text not in self.ordered:
            self.ordered[text] = None
            if len(self.ordered) > ONCE_OF:
                self.ordered.popitem(last=False)
            gevent.spawn(self._enqueue, text)
        return False

    def _enqueue(self, text: str) -> None:
        try:
            self.queue.enqueue(JOB, text, job_timeout=120)
        except (redis.RedisError, OSError) as error:
            self.ordered.pop(text, None)
            log.warning("a prompt could not be ordered: %s", error)

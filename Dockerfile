# The service with its models; the volume /archive holds the archive. How to run it stands in the README.
FROM python:3.11-slim AS made
WORKDIR /src
COPY . .
RUN python -m venv /opt/pressmark \
    && /opt/pressmark/bin/pip install --no-cache-dir --constraint constraints.txt '.[llm,traces]'

FROM python:3.11-slim
COPY --from=made /opt/pressmark /opt/pressmark
RUN useradd --system --create-home --uid 10001 pressmark \
    && install --directory --owner pressmark /archive
# The models are converted at the first start, for the processor that it runs on; kept beside the archive, only then.
ENV PATH=/opt/pressmark/bin:$PATH \
    PRESSMARK_ARCHIVE=/archive/articles \
    PRESSMARK_CACHE=/archive/models \
    PRESSMARK_HOST=0.0.0.0 \
    PRESSMARK_PORT=8000 \
    PRESSMARK_LOG_FORMAT=json \
    HF_HUB_OFFLINE=1
USER 10001
WORKDIR /home/pressmark
VOLUME ["/archive"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["pressmark"]
CMD ["serve"]

# docker build -t usher .                          without ffmpeg
# docker build -t usher --build-arg FFMPEG=yes .   with ffmpeg, for MP4s of recordings
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags '-s -w' -o /usher .

FROM debian:bookworm-slim
ARG FFMPEG=no
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates $([ "$FFMPEG" = yes ] && echo ffmpeg fonts-dejavu-core) \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin usher \
 && install -d -o usher -g usher -m 0700 /data
COPY --from=build /usher /usr/local/bin/usher
USER 10001
VOLUME /data
EXPOSE 8090/tcp 7881/tcp 7882/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["usher", "health"]
ENTRYPOINT ["usher"]
CMD ["serve", "--http", "0.0.0.0:8090", "--dir", "/data"]

#!/usr/bin/env bash
# Draws the media of the sample recording with ffmpeg: two cameras, their microphones and a shared screen.
set -euo pipefail
cd "$(dirname "$0")"
font=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
quiet=(ffmpeg -hide_banner -loglevel error -y)
video=(-c:v libvpx -deadline good -cpu-used 0 -auto-alt-ref 0 -pix_fmt yuv420p -map_metadata -1 -fflags +bitexact -cues_to_front 1)

# camera FILE SECONDS NAME INITIALS COLOURS SPEED
camera() {
  "${quiet[@]}" -f lavfi -i "gradients=s=320x180:r=12:d=$2:c0=$5:c1=$6:x0=0:y0=0:x1=320:y1=180:speed=0.01" -vf "
    drawtext=fontfile=$font:text='$4':fontsize=64:fontcolor=white@0.92:x='(w-tw)/2+10*sin(t*$7)':y='38+5*sin(t*$7*1.7)',
    drawtext=fontfile=$font:text='$3':fontsize=16:fontcolor=white@0.92:x=(w-tw)/2:y=112,
    drawtext=fontfile=$font:text='%{pts\\:gmtime\\:0\\:%M\\\\\\:%S}':fontsize=12:fontcolor=white@0.8:x=w-tw-12:y=12" \
    -g 48 -b:v 28k -maxrate 60k -bufsize 120k -crf 34 -qmax 58 "${video[@]}" "$1"
}

# voice FILE SECONDS PITCH TURNS: syllables of a buzzing voice while it has its turn
voice() {
  "${quiet[@]}" -f lavfi -i "aevalsrc='($4)*0.22*(0.35+0.65*pow(abs(sin(2*PI*(1.55+0.35*sin(t*0.9))*t)),1.5))*(sin(2*PI*$3*t+1.5*sin(t*2.3))+0.6*sin(4*PI*$3*t+3*sin(t*2.3))+0.35*sin(2*PI*$3*4.9*t)*abs(sin(t*1.7))+0.22*sin(2*PI*$3*8.8*t)*abs(sin(t*2.9)))':s=48000:d=$2" \
    -af "lowpass=f=3200,highpass=f=90,afade=t=in:d=0.1" -ac 1 -c:a libopus -b:a 16k -application voip -vbr on -frame_duration 20 -map_metadata -1 -fflags +bitexact -cues_to_front 1 "$1"
}

camera camera-1.webm 28 "Théo Lambert" TL 0x3d1f3a 0x8a2a5c 0.9
camera camera-2.webm 24 "Clara Weiss" CW 0x123a4a 0x2f7f78 1.3
voice microphone-1.webm 28 118 "lt(t,7)+between(t,12,17)+between(t,22,26)"
voice microphone-2.webm 24 205 "between(t,3.5,8)+between(t,13.5,17.5)+gt(t,22)"

# The shared screen: three shots of a reel beside a timeline.
"${quiet[@]}" -f lavfi -i "color=c=0x17151a:s=640x360:r=5:d=15" -f lavfi -i "gradients=s=400x226:r=5:d=15:c0=0x20303c:c1=0xd9a066:x0=0:y0=0:x1=400:y1=226:speed=0.004" -filter_complex "
  [0][1]overlay=24:40,
  drawbox=x=440:y=40:w=176:h=226:color=0x242129:t=fill,
  drawtext=fontfile=$font:text='Kestrel, reel 3':fontsize=16:fontcolor=white:x=24:y=12,
  drawtext=fontfile=$font:text='Shot 12':fontsize=15:fontcolor=white:x=456:y=56:enable='lt(t,5)',
  drawtext=fontfile=$font:text='Shot 13':fontsize=15:fontcolor=white:x=456:y=56:enable='between(t,5,10)',
  drawtext=fontfile=$font:text='Shot 14':fontsize=15:fontcolor=white:x=456:y=56:enable='gte(t,10)',
  drawtext=fontfile=$font:text='Lift':fontsize=12:fontcolor=0xb8b2bd:x=456:y=92,
  drawbox=x=456:y=112:w=60:h=6:color=0xc0578b:t=fill:enable='lt(t,5)',
  drawbox=x=456:y=112:w=110:h=6:color=0xc0578b:t=fill:enable='gte(t,5)',
  drawtext=fontfile=$font:text='Gamma':fontsize=12:fontcolor=0xb8b2bd:x=456:y=132,
  drawbox=x=456:y=152:w=90:h=6:color=0xc0578b:t=fill:enable='lt(t,10)',
  drawbox=x=456:y=152:w=50:h=6:color=0xc0578b:t=fill:enable='gte(t,10)',
  drawtext=fontfile=$font:text='Gain':fontsize=12:fontcolor=0xb8b2bd:x=456:y=172,
  drawbox=x=456:y=192:w=130:h=6:color=0xc0578b:t=fill,
  drawbox=x=24:y=290:w=592:h=40:color=0x242129:t=fill,
  drawbox=x=24:y=290:w=196:h=40:color=0x35506a:t=fill:enable='lt(t,5)',
  drawbox=x=222:y=290:w=196:h=40:color=0x35506a:t=fill:enable='between(t,5,10)',
  drawbox=x=420:y=290:w=196:h=40:color=0x35506a:t=fill:enable='gte(t,10)',
  drawtext=fontfile=$font:text='|':fontsize=44:fontcolor=0xf2c14e:x='24+39*t':y=286" \
  -g 25 -b:v 24k -maxrate 60k -bufsize 160k -crf 30 -qmax 55 "${video[@]}" screen-1.webm

#!/bin/sh
# Makes the media of the player's tests with ffmpeg. Each picture has its number as eight bars at the top.
set -eu
cd "$(dirname "$0")"
picture() { # file, size, seconds, color, encoder...
	file=$1 size=$2 seconds=$3 color=$4
	shift 4
	ffmpeg -nostdin -v error -y -f lavfi -i "color=c=$color:s=$size:r=20:d=$seconds" \
		-vf "format=yuv420p,geq=lum='if(lt(Y\,H/4)\,if(mod(floor(N/pow(2\,7-floor(X*8/W)))\,2)\,235\,16)\,lum(X\,Y))':cb='if(lt(Y\,H/8)\,128\,cb(X\,Y))':cr='if(lt(Y\,H/8)\,128\,cr(X\,Y))'" \
		-an "$@" -g 40 -cues_to_front 1 "$file"
}
sound() { # file, seconds, frequency
	ffmpeg -nostdin -v error -y -f lavfi -i "sine=frequency=$3:duration=$2:sample_rate=48000" \
		-af "volume='if(lt(mod(t,1),0.3),0.5,0)':eval=frame" -c:a libopus -b:a 12k -cues_to_front 1 "$1"
}
picture anneke-camera.webm 160x90 12 0x33507a -c:v libvpx -b:v 40k -qmax 40 -auto-alt-ref 0
picture anneke-screen.webm 320x180 4 0x335544 -c:v libvpx -b:v 60k -qmax 40 -auto-alt-ref 0
picture clara-camera.webm 160x90 8 0x7a5533 -c:v libvpx-vp9 -b:v 30k -row-mt 0 -lag-in-frames 0
sound anneke-microphone.webm 12 440
sound clara-microphone.webm 8 880
